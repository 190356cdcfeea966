// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {IOptionVault} from "../../../contracts/interfaces/IOptionVault.sol";

/// @title Token that burns one part in a hundred of every transfer
contract FeeToken is ERC20("Fee", "FEE") {
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (from != address(0) && to != address(0)) super._update(to, address(0), value / 100);
    }
}

/// @title Token that calls into the vault during transfers and keeps what the vault answered
contract ReentrantToken is ERC20("Reentrant", "RE") {
    IOptionVault public vault;
    bytes public attack;
    bytes4 public answer;
    bool public wentThrough;

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    function arm(IOptionVault target, bytes calldata callData) external {
        (vault, attack) = (target, callData);
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (attack.length == 0) return;
        bytes memory result;
        (wentThrough, result) = address(vault).call(attack);
        answer = bytes4(result);
    }
}

/// @title Token with ERC-2612 permits
contract PermitToken is ERC20("Permit", "PER"), ERC20Permit("Permit") {
    bytes32 private constant TYPEHASH = keccak256(
        "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
    );

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function digest(address owner, address spender, uint256 value, uint256 deadline) external view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(TYPEHASH, owner, spender, value, nonces(owner), deadline)));
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }
}

/// @title Token whose transfers answer nothing, answer false, move nothing, or revert
contract SilentToken {
    enum Mode {
        NO_ANSWER,
        FALSE,
        MOVES_NOTHING,
        REVERTS
    }

    Mode private _mode;
    mapping(address account => uint256) public balanceOf;
    uint8 public constant decimals = 6;

    function set(Mode mode) external {
        _mode = mode;
    }

    function transferFrom(address, address to, uint256 amount) external {
        if (_mode != Mode.MOVES_NOTHING) balanceOf[to] += amount;
        _answer();
    }

    function transfer(address to, uint256 amount) external {
        balanceOf[to] += amount;
        _answer();
    }

    function _answer() private view {
        require(_mode != Mode.REVERTS, "refused");
        bool isFalse = _mode == Mode.FALSE;
        assembly ("memory-safe") {
            mstore(0, 0)
            if isFalse {
                return(0, 32)
            }
            return(0, 0)
        }
    }
}
