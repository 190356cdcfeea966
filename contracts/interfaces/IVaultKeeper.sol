// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOptionVault} from "./IOptionVault.sol";

/// @title Automation of a vault's upkeep
/// @notice Register one upkeep for each {Watch}; `checkUpkeep` runs off chain, `performUpkeep` may be called by anyone.
interface IVaultKeeper {
    /// @notice FLAG: unhealthy positions. SETTLE_PRICE: the price of (market, expiry). SETTLE: expired positions.
    enum Task {
        FLAG,
        SETTLE_PRICE,
        SETTLE
    }

    /// @notice What an upkeep watches.
    /// @param task what for
    /// @param firstId first position id, for FLAG and SETTLE
    /// @param lastId last position id; ids beyond the vault's last are passed over
    /// @param marketId market, for SETTLE_PRICE
    /// @param expiry expiry, for SETTLE_PRICE
    struct Watch {
        Task task;
        uint256 firstId;
        uint256 lastId;
        uint24 marketId;
        uint40 expiry;
    }

    /// @notice What a check found to be done.
    /// @param ids positions to flag or settle
    /// @param roundId first round at or after expiry
    struct Job {
        Task task;
        uint256[] ids;
        uint24 marketId;
        uint40 expiry;
        uint80 roundId;
    }

    /// @notice The vault refused a flag that a job asked for, with its error.
    event FlagRefused(uint256 indexed positionId, bytes reason);

    /// @notice The beneficiary may not be the zero address.
    error KeeperBeneficiaryZero();

    /// @notice Sends the bounties that the keeper was credited to its beneficiary. Anyone.
    function collect(address token) external returns (uint256 amount);

    /// @notice The vault.
    function VAULT() external view returns (IOptionVault vault);

    /// @notice Who receives the bounties.
    function BENEFICIARY() external view returns (address beneficiary);
}
